#include "net/protocol/identify_body.hpp"

#include "net/protocol/json_fields.hpp"

#include <array>

namespace cafq::protocol {

namespace {

const std::array<json_field<identify_body>, 13> identify_fields{{
  {"client_id", &identify_body::client_id},
  {"hostname", &identify_body::hostname},
  {"user_agent", &identify_body::user_agent},
  {"feature_negotiation", &identify_body::feature_negotiation},
  {"heartbeat_interval", &identify_body::heartbeat_interval},
  {"output_buffer_size", &identify_body::output_buffer_size},
  {"output_buffer_timeout", &identify_body::output_buffer_timeout},
  {"sample_rate", &identify_body::sample_rate},
  {"msg_timeout", &identify_body::msg_timeout},
  {"tls_v1", &identify_body::tls_v1},
  {"snappy", &identify_body::snappy},
  {"deflate", &identify_body::deflate},
  {"deflate_level", &identify_body::deflate_level},
}};

} // namespace

std::optional<identify_body> decode_identify(std::string_view json) {
  return decode_fields<identify_body>(json, identify_fields);
}

} // namespace cafq::protocol
