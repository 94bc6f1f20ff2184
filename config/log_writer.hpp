#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cafq::log {

/// Writes lines to a descriptor in a thread of its own, so that nobody waits
/// for whoever reads them. Lines that wait take a bounded number of bytes; what
/// does not fit is dropped and counted, and a line says how many were missing
/// where they are.
class log_writer {
public:
  /// @param capacity Bytes of lines that wait to be written.
  /// @param notice Makes the line for so many dropped ones.
  log_writer(int descriptor, size_t capacity,
             std::function<std::string(uint64_t dropped)> notice);

  log_writer(const log_writer&) = delete;
  log_writer& operator=(const log_writer&) = delete;

  /// Lets what waits be written, as long as somebody takes it: it gives up when
  /// no line has gone for 2 s. The thread of a reader that stalls stays behind
  /// then.
  ~log_writer();

  /// Takes a line with its end.
  void add(std::string line);

  /// Takes a line that must not be dropped, and waits until it is written.
  /// @returns whether it was within that time.
  bool add_and_wait(std::string line, std::chrono::milliseconds time);

  /// Returns how many lines were dropped so far.
  [[nodiscard]] uint64_t dropped() const;

private:
  struct state;

  /// The thread has it as well.
  std::shared_ptr<state> state_;
};

} // namespace cafq::log
