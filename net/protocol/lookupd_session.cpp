#include "net/protocol/lookupd_session.hpp"

#include "net/protocol/big_endian.hpp"
#include "net/protocol/join.hpp"
#include "net/protocol/json_fields.hpp"
#include "net/protocol/limits.hpp"
#include "net/protocol/names.hpp"
#include "net/protocol/utf8.hpp"
#include "net/protocol/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cafq::protocol {

namespace {

const std::array<json_field<lookup_identity>, 5> lookup_fields{{
  {"broadcast_address", &lookup_identity::broadcast_address},
  {"hostname", &lookup_identity::hostname},
  {"tcp_port", &lookup_identity::tcp_port},
  {"http_port", &lookup_identity::http_port},
  {"version", &lookup_identity::version},
}};

/// What Go takes for white space.
bool is_space(char32_t x) {
  switch (x) {
    case 0x85:
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
      return true;
    default:
      return x == ' ' || (x >= '\t' && x <= '\r')
             || (x >= 0x2000 && x <= 0x200a);
  }
}

/// Takes white space away at both ends, as Go does.
std::string_view trim(std::string_view text) {
  size_t begin = text.size();
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    const auto x = decode_rune(text.substr(at));
    if (!x.valid || !is_space(x.value)) {
      begin = std::min(begin, at);
      end = at + x.size;
    }
    at += x.size;
  }
  return end == 0 ? std::string_view{} : text.substr(begin, end - begin);
}

constexpr size_t length_bytes = 4;

/// Keeps as much of what a node calls itself as is kept of any client. No host
/// has a longer name.
void shorten(lookup_identity& x) {
  for (auto* text : {&x.broadcast_address, &x.hostname, &x.version})
    *text = std::string{first_bytes(*text, max_metadata_text)};
}

} // namespace

void lookupd_session::feed(std::string_view bytes) {
  if (phase_ == phase::ended)
    return;
  input_.erase(0, std::exchange(at_, 0));
  input_ += bytes;
}

lookupd_session::result lookupd_session::next() {
  switch (phase_) {
    case phase::magic:
      return read_magic();
    case phase::line:
      return read_line();
    case phase::body_size:
      return read_body_size();
    case phase::body:
      return read_body();
    case phase::ended:
      break;
  }
  return need_more{};
}

lookupd_session::result lookupd_session::read_magic() {
  auto bytes = rest();
  const auto before = bytes.size();
  const auto answer = magic_.feed(bytes);
  at_ += before - bytes.size();
  switch (answer) {
    case magic_check::answer::need_more:
      return need_more{};
    case magic_check::answer::bad:
      return fail(bad_protocol().text);
    case magic_check::answer::ok:
      break;
  }
  phase_ = phase::line;
  return read_line();
}

lookupd_session::result lookupd_session::read_line() {
  const auto bytes = rest();
  const auto end = bytes.substr(0, max_line).find('\n');
  if (end == bytes.npos)
    return bytes.size() < max_line ? result{need_more{}}
                                   : fail("E_INVALID command too long");
  at_ += end + 1;
  return execute(trim(bytes.substr(0, end)));
}

lookupd_session::result lookupd_session::execute(std::string_view line) {
  words all{line};
  const auto name = *all.next();
  if (name == "PING")
    return lookup_command{lookup_ping{}};
  if (name == "IDENTIFY") {
    if (known_)
      return fail("E_INVALID cannot IDENTIFY again");
    phase_ = phase::body_size;
    return read_body_size();
  }
  if (name != "REGISTER" && name != "UNREGISTER")
    return fail(join({"E_INVALID invalid command ", name}));
  const auto topic = all.next();
  const auto channel = all.next();
  return registration(name, name == "REGISTER", topic, channel);
}

lookupd_session::result
lookupd_session::registration(std::string_view name, bool exists,
                              std::optional<std::string_view> topic,
                              std::optional<std::string_view> channel) {
  if (!known_)
    return fail("E_INVALID client must IDENTIFY");
  if (!topic)
    return fail(join({"E_INVALID ", name, " insufficient number of params"}));
  if (!valid_name(*topic))
    return fail(
      join({"E_BAD_TOPIC ", name, " topic name '", *topic, "' is not valid"}));
  const auto of = channel.value_or(std::string_view{});
  if (!of.empty() && !valid_name(of))
    return fail(
      join({"E_BAD_CHANNEL ", name, " channel name '", of, "' is not valid"}));
  return lookup_command{
    lookup_registration{exists, std::string{*topic}, std::string{of}}};
}

lookupd_session::result lookupd_session::read_body_size() {
  const auto bytes = rest();
  if (bytes.size() < length_bytes)
    return need_more{};
  const auto size = load_big_endian<int32_t>(bytes.data());
  // A negative size ends nsqlookupd, and it gets memory for any other.
  if (size < 0)
    return fail("E_BAD_BODY IDENTIFY invalid body size "
                + std::to_string(size));
  if (static_cast<size_t>(size) > max_body)
    return fail("E_BAD_BODY IDENTIFY body too big " + std::to_string(size)
                + " > " + std::to_string(max_body));
  at_ += length_bytes;
  body_size_ = static_cast<size_t>(size);
  phase_ = phase::body;
  return read_body();
}

lookupd_session::result lookupd_session::read_body() {
  const auto bytes = rest();
  if (bytes.size() < body_size_)
    return need_more{};
  at_ += body_size_;
  auto who = decode_fields<lookup_identity>(bytes.substr(0, body_size_),
                                            lookup_fields);
  if (!who)
    return fail("E_BAD_BODY IDENTIFY failed to decode JSON body");
  if (who->broadcast_address.empty() || who->version.empty()
      || who->tcp_port == 0 || who->http_port == 0)
    return fail("E_BAD_BODY IDENTIFY missing fields");
  shorten(*who);
  known_ = true;
  phase_ = phase::line;
  return lookup_command{std::move(*who)};
}

std::optional<violation> lookupd_session::end_of_input() {
  switch (std::exchange(phase_, phase::ended)) {
    case phase::body_size:
      return violation{"E_BAD_BODY IDENTIFY failed to read body size"};
    case phase::body:
      return violation{"E_BAD_BODY IDENTIFY failed to read body"};
    default:
      return std::nullopt;
  }
}

lookupd_session::result lookupd_session::fail(std::string text) {
  phase_ = phase::ended;
  input_ = {};
  at_ = 0;
  return violation{std::move(text)};
}

void append_lookup_answer(std::vector<char>& out, std::string_view text) {
  std::array<char, length_bytes> size{};
  store_big_endian(size.data(), static_cast<uint32_t>(text.size()));
  out.insert(out.end(), size.begin(), size.end());
  out.insert(out.end(), text.begin(), text.end());
}

} // namespace cafq::protocol
