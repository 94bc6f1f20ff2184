#pragma once

#include <atomic>
#include <concepts>
#include <stdexcept>
#include <string>

namespace cafq {

/// A rule of the program does not hold: its own fault, whatever clients send.
/// An actor that lets it pass fails, and who supervises it starts it again.
class broken_contract : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

namespace detail {

/// @throws broken_contract which says what, and where.
[[noreturn]] void break_contract(const char* what, const char* file, int line);

/// Says so on stderr, and ends the process.
[[noreturn]] void
end_process(const char* what, const char* file, int line) noexcept;

} // namespace detail

} // namespace cafq

/// Checks a rule in every build: for what costs nothing that could be measured.
/// `assert` is for the others.
#define CAFQ_CHECK(rule)                                                       \
  (static_cast<bool>(rule)                                                     \
     ? void(0)                                                                 \
     : ::cafq::detail::break_contract(#rule, __FILE__, __LINE__))

/// Likewise where many would go on with what one has spoilt, and tell clients
/// that all is well: ends the process before that.
#define CAFQ_CHECK_OR_END(rule)                                                \
  (static_cast<bool>(rule)                                                     \
     ? void(0)                                                                 \
     : ::cafq::detail::end_process(#rule, __FILE__, __LINE__))

namespace cafq {

/// Takes `count` from a counter that has as much.
template <std::unsigned_integral T>
constexpr void take_off(T& from, std::type_identity_t<T> count) {
  CAFQ_CHECK(count <= from);
  from -= count;
}

/// Likewise, from a counter of the whole process.
template <std::unsigned_integral T>
void take_off(std::atomic<T>& from, std::type_identity_t<T> count) noexcept {
  const auto before = from.fetch_sub(count, std::memory_order_relaxed);
  CAFQ_CHECK_OR_END(count <= before);
}

} // namespace cafq
