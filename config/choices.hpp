#pragma once

#include <cstdint>

/// The options that are one of a few words. The table of options has the words
/// in the order of the enumerators.
namespace cafq::config {

/// How auth servers are asked.
enum class auth_method : uint8_t { get, post };

/// Who serves sockets.
enum class event_loop_kind : uint8_t { cafq, caf };

/// What is asked of the certificates of clients.
enum class tls_policy : uint8_t { none, require, require_verify };

/// Who is refused without TLS. GET /config tells nsqd's number.
enum class tls_need : uint8_t { nobody, all_but_http, everybody };

/// The oldest version of TLS.
enum class tls_version : uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

} // namespace cafq::config
