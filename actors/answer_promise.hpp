#pragma once

#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/result.hpp>
#include <caf/sec.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace cafq {

/// A promise to answer a request later, which is kept or broken: if it goes
/// without an answer, as with the state of an actor that ends while it waits
/// for the store, whoever asked is told what CAF tells those whose requests an
/// ended actor never saw.
template <class T>
class answer_promise {
public:
  /// None.
  answer_promise() = default;

  /// For the request that `self` is handling.
  template <class Self>
  explicit answer_promise(Self* self)
    : promise_(self->template make_response_promise<T>()) {
    // nop
  }

  answer_promise(answer_promise&& other) noexcept
    : promise_(std::exchange(other.promise_, {})) {
    // nop
  }

  answer_promise& operator=(answer_promise&& other) noexcept {
    std::swap(promise_, other.promise_);
    return *this;
  }

  ~answer_promise() {
    fail(caf::sec::request_receiver_down);
  }

  /// Tells CAF that the answer comes later.
  [[nodiscard]] caf::result<T> later() const {
    return promise_;
  }

  /// Whether an answer is still due.
  [[nodiscard]] bool pending() const {
    return promise_.pending();
  }

  void keep(T x) {
    if (promise_.pending())
      promise_.deliver(std::move(x));
  }

  void fail(caf::error why) {
    if (promise_.pending())
      promise_.deliver(std::move(why));
  }

private:
  caf::typed_response_promise<T> promise_;
};

} // namespace cafq
