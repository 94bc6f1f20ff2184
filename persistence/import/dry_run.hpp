#pragma once

#include "persistence/import/nsqd_import.hpp"
#include "persistence/store_reader.hpp"

#include <optional>

namespace cafq {

/// Shows what an import would do: takes messages and keeps none.
class dry_run final : public import_target {
public:
  /// @param store The one that the import would go to, null if there is none
  ///              yet.
  explicit dry_run(store_reader* store) : store_(store) {
    // nop
  }

  void topic(const std::string& /*name*/, bool /*paused*/) override {
    // nop
  }

  void queue(const std::string& /*channel*/, bool /*paused*/) override {
    // nop
  }

  [[nodiscard]] uint64_t file(std::string id) override {
    return store_ != nullptr ? store_->mark(id) : 0;
  }

  void add(const nsqd::record& /*x*/) override {
    // nop
  }

  void end() override {
    // nop
  }

private:
  store_reader* store_;
};

} // namespace cafq
