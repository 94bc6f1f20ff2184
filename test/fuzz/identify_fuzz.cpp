#include "net/protocol/identify.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// Whatever the bytes are, what is agreed on is allowed, and an IDENTIFY that is
// sent twice has the same answer.

namespace {

using namespace cafq::protocol;
using std::chrono::milliseconds;

bool within(milliseconds value, milliseconds min, milliseconds max) {
  return value >= min && value <= max;
}

bool allowed(const client_settings& client, const server_settings& server) {
  const milliseconds off{0};
  const milliseconds second{1000};
  return (client.heartbeat_interval == off
          || within(client.heartbeat_interval, second,
                    server.max_heartbeat_interval))
         && (client.output_buffer_timeout == off
             || within(client.output_buffer_timeout,
                       server.min_output_buffer_timeout,
                       server.max_output_buffer_timeout))
         && (client.output_buffer_size == 1
             || (client.output_buffer_size >= 64
                 && client.output_buffer_size <= server.max_output_buffer_size))
         && client.sample_rate >= 0 && client.sample_rate <= 99
         && within(client.msg_timeout, second, server.max_msg_timeout)
         && client.deflate_level <= server.max_deflate_level
         && !(client.snappy && client.deflate);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  server_settings server;
  server.tls_available = true;
  auto client = default_settings(server);
  const auto first = negotiate(body, server, client);
  if (!allowed(client, server))
    std::abort();
  const auto second = negotiate(body, server, client);
  if (first.index() != second.index())
    std::abort();
  if (const auto* reply = std::get_if<identify_reply>(&first))
    if (reply->data != std::get<identify_reply>(second).data)
      std::abort();
  return 0;
}
