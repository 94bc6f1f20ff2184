#pragma once

#include "net/http/request.hpp"
#include "net/http/response.hpp"

#include <span>
#include <string_view>

/// The page at /ui. Its files are built from web/ and compiled in. They hold no
/// data: what the page shows it asks for as any client does.
namespace cafq::http {

struct page_file {
  std::string_view name;
  /// Its ETag, quotes included.
  std::string_view tag;
  /// Compressed by gzip.
  std::span<const unsigned char> bytes;
};

/// Returns all files of the page.
[[nodiscard]] std::span<const page_file> page_files() noexcept;

/// Answers a request for a file of the page: with the file, with 304 if the
/// client has it, or 404.
/// @param name Empty for the page itself.
[[nodiscard]] response answer_page(const request& x, std::string_view name);

} // namespace cafq::http
