#include "net/protocol/lookup_identity.hpp"

#include "net/protocol/go_json.hpp"

namespace cafq::protocol {

std::string to_json(const lookup_identity& x) {
  std::string out = R"({"broadcast_address":)";
  append_go_json(out, x.broadcast_address);
  out += R"(,"hostname":)";
  append_go_json(out, x.hostname);
  out += R"(,"http_port":)" + std::to_string(x.http_port);
  out += R"(,"tcp_port":)" + std::to_string(x.tcp_port);
  out += R"(,"version":)";
  append_go_json(out, x.version);
  return out += '}';
}

} // namespace cafq::protocol
