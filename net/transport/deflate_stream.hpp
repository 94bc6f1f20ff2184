#pragma once

#include "net/transport/filter.hpp"

#include <memory>
#include <string_view>
#include <vector>

struct z_stream_s;

namespace cafq::transport {

/// Deflate without header or checksum (RFC 1951), one stream per direction,
/// flushed behind every `send`.
class deflate_stream : public filter {
public:
  /// @param level Of what is sent, 1 to 9.
  explicit deflate_stream(int level);

  step receive(protocol::input_buffer& wire, std::vector<char>& plain,
               std::vector<char>& reply) override;

  [[nodiscard]] bool
  send(std::string_view plain, std::vector<char>& wire) override;

  /// A millisecond or two.
  [[nodiscard]] size_t most_at_once() const noexcept override {
    return largest_step / 2;
  }

private:
  struct inflate_end {
    void operator()(z_stream_s* x) const noexcept;
  };
  struct deflate_end {
    void operator()(z_stream_s* x) const noexcept;
  };

  std::unique_ptr<z_stream_s, inflate_end> inflater_;
  std::unique_ptr<z_stream_s, deflate_end> deflater_;
  step last_ = step::hungry;
  /// zlib may hold output that did not fit.
  bool full_ = false;
};

} // namespace cafq::transport
