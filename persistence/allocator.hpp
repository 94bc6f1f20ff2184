#pragma once

namespace cafq {

/// Keeps glibc from giving the buffer of every 64 KB block back to the kernel
/// after each commit, which costs more than the commit itself. For main(),
/// once, before threads start.
void tune_allocator() noexcept;

} // namespace cafq
