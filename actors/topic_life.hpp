#pragma once

#include "actors/interfaces.hpp"

#include <caf/send.hpp>

#include <memory>
#include <string>
#include <utility>

namespace cafq {

/// What a TOPIC and all its CHANNELs hold while they live. When the last of
/// them has gone, with all that it had to tell the STORE, NODE hears of it.
class topic_life {
public:
  topic_life(node_actor node, std::string name)
    : node_(std::move(node)), name_(std::move(name)) {
    // nop
  }

  topic_life(const topic_life&) = delete;
  topic_life& operator=(const topic_life&) = delete;

  ~topic_life() {
    caf::anon_send(node_, atom::gone_v, name_);
  }

private:
  node_actor node_;
  std::string name_;
};

using topic_life_ptr = std::shared_ptr<const topic_life>;

} // namespace cafq
