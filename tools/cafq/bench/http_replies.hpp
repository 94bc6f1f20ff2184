#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace cafq::bench {

/// Counts the answers in what a broker sends over HTTP.
class http_replies {
public:
  http_replies();
  http_replies(const http_replies&) = delete;
  http_replies(http_replies&&) = delete;
  http_replies& operator=(const http_replies&) = delete;
  http_replies& operator=(http_replies&&) = delete;
  ~http_replies();

  /// @returns how many answers ended in `bytes`.
  /// @throws tool::error when one is not 200, or they are no HTTP.
  [[nodiscard]] std::size_t feed(std::string_view bytes);

private:
  class parser;

  std::unique_ptr<parser> parser_;
  /// The beginning of a line whose end has not come.
  std::string rest_;
};

} // namespace cafq::bench
