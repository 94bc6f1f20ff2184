#pragma once

#include <string>
#include <string_view>

/// The few requests of man(7) that our pages are made of. All take plain text.
namespace cafq::man {

/// Returns text that roff prints as it is.
[[nodiscard]] std::string escape(std::string_view text);

[[nodiscard]] std::string bold(std::string_view text);

[[nodiscard]] std::string italic(std::string_view text);

/// Starts a page.
/// @param section The number of the manual's section with its title, as in
///                `8 System Administration`.
[[nodiscard]] std::string
title(std::string_view name, std::string_view section);

[[nodiscard]] std::string heading(std::string_view text);

[[nodiscard]] std::string subheading(std::string_view text);

[[nodiscard]] std::string paragraph(std::string_view text);

/// An item of a list.
/// @param tag What stands in front, in roff.
[[nodiscard]] std::string item(const std::string& tag, std::string_view text);

/// Lines that stay as they are, indented.
[[nodiscard]] std::string example(std::string_view lines);

} // namespace cafq::man
