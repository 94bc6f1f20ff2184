#include "persistence/import/metadata.hpp"

#include "net/protocol/names.hpp"
#include "persistence/storage_error.hpp"

#include <nlohmann/json.hpp>

namespace cafq::nsqd {

namespace {

using json = nlohmann::json;

/// Returns the list under a key; nsqd writes `null` for an empty one.
json list_in(const json& x, const char* key) {
  const auto i = x.find(key);
  return i == x.end() || i->is_null() ? json::array() : *i;
}

class reader {
public:
  metadata read(const json& all) {
    all.get_ref<const json::object_t&>();
    for (const auto& x : list_in(all, "topics")) {
      topic_entry topic{.name = x.at("name"),
                        .paused = x.value("paused", false)};
      if (!is_stored("topic", topic.name))
        continue;
      for (const auto& y : list_in(x, "channels"))
        if (const channel_entry channel{y.at("name"), y.value("paused", false)};
            is_stored("channel", channel.name))
          topic.channels.push_back(channel);
      result_.topics.push_back(std::move(topic));
    }
    return std::move(result_);
  }

private:
  bool is_stored(const char* what, const std::string& name) {
    if (protocol::valid_name(name) && !protocol::is_ephemeral(name))
      return true;
    result_.warnings.push_back(std::string{"nsqd.dat: "} + what
                               + " of invalid name left out");
    return false;
  }

  metadata result_;
};

} // namespace

metadata
parse_metadata(std::string_view text, const std::filesystem::path& file) {
  try {
    return reader{}.read(json::parse(text));
  } catch (const json::parse_error& x) {
    // Its own words repeat what is there, which is not for a terminal.
    refuse(file, "is not JSON from byte " + std::to_string(x.byte) + " on");
  } catch (const json::exception& x) {
    refuse(file, std::string{"is not what nsqd writes: "} + x.what());
  }
}

} // namespace cafq::nsqd
