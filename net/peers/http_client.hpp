#pragma once

#include <caf/intrusive_ptr.hpp>
#include <caf/ref_counted.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace cafq {

/// What a request to another server goes by.
struct http_client_settings {
  /// Zero: no limit.
  std::chrono::milliseconds connect_timeout{2000};
  /// From the call of `fetch` to the last byte. Zero: no limit.
  std::chrono::milliseconds request_timeout{5000};
  /// PEM. Empty: the system's authorities.
  std::string root_ca_file;
  /// A body beyond it fails the request.
  size_t max_body_size = size_t{1} << 20;
  /// Requests without an answer; one more fails at once.
  size_t max_requests = 2048;
};

/// A request to another server.
struct http_request : caf::ref_counted {
  /// http or https.
  std::string url;
  /// What a POST sends as application/json. Empty: a GET.
  std::string json;
  /// Whether to go where the answer points to.
  bool follow = true;
};

/// The answer, or why there is none.
struct http_reply : caf::ref_counted {
  /// 0: no answer came.
  int status = 0;
  std::string body;
  /// Why there is no answer. Without the URL, which may hold a secret.
  std::string error;
};

/// Returns where a server is to be asked that takes no requests in clear: as
/// nsqd, it says so with status 403 and `{"https_port": 4152}`.
/// @param url Where it was asked.
/// @returns Empty if it is nothing of that kind.
[[nodiscard]] std::string
https_url(const std::string& url, const http_reply& x);

using http_request_ptr = caf::intrusive_ptr<http_request>;
using http_reply_ptr = caf::intrusive_ptr<http_reply>;

/// Does HTTP requests, many at a time, on a thread of its own: looking up
/// names, TLS and slow servers hold up nobody else. At most 64 connections go
/// to one server and 128 to all; further requests wait, within their time, so a
/// server that hangs leaves room for the others. Never uses a proxy; follows
/// few redirects, and only to http and https.
class http_client {
public:
  using callback = std::function<void(http_reply_ptr)>;

  explicit http_client(http_client_settings settings);

  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// Drops the requests without an answer.
  ~http_client();

  /// Does a request.
  /// @param done Is called once, on the thread of the client.
  void fetch(http_request_ptr what, callback done);

private:
  class worker;

  std::unique_ptr<worker> worker_;
};

} // namespace cafq
