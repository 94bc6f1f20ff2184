#include "tools/cafq/bench/http_replies.hpp"

#include "tools/cafq/error.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace cafq::bench {

namespace http = boost::beast::http;

/// Keeps the status and nothing else: no allocation for an answer.
class http_replies::parser final : public http::basic_parser<false> {
public:
  parser() {
    eager(true);
  }

  [[nodiscard]] int status() const noexcept {
    return status_;
  }

private:
  using text = boost::string_view;
  using error_code = boost::system::error_code;

  void on_request_impl(http::verb, text, text, int, error_code&) override {
    // nop
  }

  void on_response_impl(int code, text, int, error_code&) override {
    status_ = code;
  }

  void on_field_impl(http::field, text, text, error_code&) override {
    // nop
  }

  void on_header_impl(error_code&) override {
    // nop
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&,
                         error_code&) override {
    // nop
  }

  std::size_t on_body_impl(text body, error_code&) override {
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {
    // nop
  }

  std::size_t
  on_chunk_body_impl(std::uint64_t, text body, error_code&) override {
    return body.size();
  }

  void on_finish_impl(error_code&) override {
    // nop
  }

  int status_ = 0;
};

http_replies::http_replies() : parser_(std::make_unique<parser>()) {
  // nop
}

http_replies::~http_replies() = default;

std::size_t http_replies::feed(std::string_view bytes) {
  if (!rest_.empty()) {
    rest_ += bytes;
    bytes = rest_;
  }
  std::size_t answers = 0;
  while (!bytes.empty()) {
    boost::system::error_code why;
    const auto used
      = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), why);
    bytes.remove_prefix(used);
    if (why == http::error::need_more)
      break;
    if (why)
      throw tool::error("the broker's answer is no HTTP: " + why.message());
    if (!parser_->is_done())
      continue;
    if (parser_->status() != 200)
      throw tool::error("the broker answered "
                        + std::to_string(parser_->status()));
    ++answers;
    parser_ = std::make_unique<parser>();
  }
  rest_ = std::string{bytes};
  return answers;
}

} // namespace cafq::bench
