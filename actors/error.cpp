#include "actors/error.hpp"

#include <caf/atom.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/sec.hpp>

namespace cafq {

const char* to_string(ec x) noexcept {
  switch (x) {
    case ec::none:
      return "none";
    case ec::no_such_topic:
      return "no such topic";
    case ec::no_such_channel:
      return "no such channel";
    case ec::too_many_topics:
      return "more topics than --max-topics allows";
    case ec::too_many_channels:
      return "more channels than --max-channels-per-topic allows";
    case ec::too_many_consumers:
      return "too many consumers";
    case ec::disk_full:
      return "disk full";
    case ec::no_such_message:
      return "no such message";
    case ec::too_many_looks:
      return "too many look through messages";
    case ec::failed:
      return "the topic has failed again and again";
    case ec::too_long:
      return "the answer would be too long";
    case ec::backup_runs:
      return "a backup is being taken already";
    case ec::backup_failed:
      return "the backup was broken off";
  }
  return "invalid";
}

std::string reason(const caf::error& x) {
  const auto& with = x.context();
  return with.match_elements<std::string>() ? with.get_as<std::string>(0)
                                            : render(x);
}

std::string render(const caf::error& x) {
  if (!x)
    return "none";
  if (x.category() == caf::atom("cafq")) {
    std::string result = to_string(static_cast<ec>(x.code()));
    if (!x.context().empty())
      result += caf::to_string(x.context());
    return result;
  }
  return caf::to_string(x);
}

} // namespace cafq
