#pragma once

#include "test/sim/client.hpp"

#include <cstddef>
#include <string>

namespace cafq::sim {

/// One that speaks HTTP, a request at a time.
class http_user : public client {
public:
  using client::client;

  void act() final;
  void written(std::string_view bytes, bool prompt) override;
  void arrived(size_t bytes) override;
  void ended() override;

  [[nodiscard]] bool answered() const override {
    return !asked_;
  }

protected:
  /// Connects if need be.
  /// @pre answered()
  void post(const std::string& target, const std::string& body = {});

  /// Asks for the next thing, if for any.
  /// @pre answered()
  virtual void ask() = 0;

  /// The broker has answered the last request.
  virtual void produced(int status, const std::string& body) = 0;

private:
  std::string answer_;
  bool asked_ = false;
};

} // namespace cafq::sim
