#pragma once

namespace cafq::config {

/// Opens /dev/null for those of the three standard streams that are closed.
/// Else the next files get their numbers, and what is meant for a stream is
/// written into a store or to a client. To be called before any file is opened.
/// @returns whether all three are open now.
[[nodiscard]] bool open_standard_streams() noexcept;

} // namespace cafq::config
