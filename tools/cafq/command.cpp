#include "tools/cafq/command.hpp"

#include "tools/cafq/big_endian.hpp"
#include "tools/cafq/error.hpp"

#include <array>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace cafq::tool {

namespace {

void append_body(std::string& out, std::string_view body) {
  append_length(out, body.size());
  out += body;
}

template <class... Words>
void append_line(std::string& out, Words... words) {
  bool first = true;
  ((first ? void(first = false) : out.push_back(' '),
    out += std::string_view{words}),
   ...);
  out.push_back('\n');
}

/// Only the broker knows which names are good, but it would take the second
/// half of these for another parameter or command.
std::string_view one_word(std::string_view name) {
  if (name.empty() || name.find_first_of(" \r\n") != name.npos)
    throw error("not a name: \"" + std::string{name} + "\"");
  return name;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0)
    return "unknown";
  return name.data();
}

} // namespace

void append_length(std::string& out, std::size_t value) {
  std::array<char, 4> bytes{};
  store_big_endian(bytes.data(), static_cast<std::uint32_t>(value));
  out.append(bytes.data(), bytes.size());
}

void append_identify(std::string& out, const identity& who) {
  const auto host = host_name();
  nlohmann::ordered_json fields{
    {"client_id", host.substr(0, host.find('.'))},
    {"hostname", host},
    {"user_agent", "cafq/" CAFQ_VERSION},
    {"feature_negotiation", true},
  };
  if (who.heartbeat_interval)
    fields["heartbeat_interval"] = who.heartbeat_interval->count();
  if (who.output_buffer_timeout)
    fields["output_buffer_timeout"] = who.output_buffer_timeout->count();
  append_line(out, "IDENTIFY");
  append_body(out, fields.dump());
}

void append_pub(std::string& out, std::string_view topic,
                std::string_view body) {
  append_line(out, "PUB", one_word(topic));
  append_body(out, body);
}

void append_dpub(std::string& out, std::string_view topic,
                 std::chrono::milliseconds delay, std::string_view body) {
  append_line(out, "DPUB", one_word(topic), std::to_string(delay.count()));
  append_body(out, body);
}

void append_mpub(std::string& out, std::string_view topic,
                 std::span<const std::string> bodies) {
  std::size_t size = 4;
  for (const auto& body : bodies)
    size += 4 + body.size();
  append_line(out, "MPUB", one_word(topic));
  append_length(out, size);
  append_length(out, bodies.size());
  for (const auto& body : bodies)
    append_body(out, body);
}

void append_sub(std::string& out, std::string_view topic,
                std::string_view channel) {
  append_line(out, "SUB", one_word(topic), one_word(channel));
}

void append_rdy(std::string& out, std::uint64_t count) {
  append_line(out, "RDY", std::to_string(count));
}

void append_fin(std::string& out, std::string_view id) {
  append_line(out, "FIN", id);
}

void append_req(std::string& out, std::string_view id,
                std::chrono::milliseconds delay) {
  append_line(out, "REQ", id, std::to_string(delay.count()));
}

} // namespace cafq::tool
