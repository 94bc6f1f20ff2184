#include "actors/body_budget.hpp"
#include "persistence/storage_error.hpp"
#include "test/sim/machine.hpp"
#include "test/sim/world.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace cafq::sim {

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream result;
  result << std::ifstream{file, std::ios::binary}.rdbuf();
  return result.str();
}

} // namespace

/// @param content Of the store; empty for one that is to be made.
void world::begin_life(std::string content) {
  const auto folder = folder_ / std::to_string(lives_++);
  std::filesystem::create_directory(folder);
  const auto file = folder / "cafq.mdb";
  try {
    if (content.empty()) {
      static_cast<void>(
        open_message_store(file, process::store_options_of(plan)));
      content = content_of(file);
    } else {
      std::ofstream{file, std::ios::binary} << content;
    }
    memory_before_ = message_memory();
    disk_ = std::make_unique<disk>(file, std::move(content),
                                   seed_for(plan.seed, "disk", lives_));
    disk_->on_change = [this](uint64_t where, std::string_view bytes) {
      trace_.written(where, bytes.size());
    };
    process_ = std::make_unique<process>(plan, file);
  } catch (const storage_error& x) {
    throw violation{"I8", x.what()};
  }
  for (size_t t = 0; t < plan.topics.size(); ++t)
    books_.check_names(t, process_->channels(plan.topics[t].name));
}

/// @param image What is on the disk.
void world::end_life(bool clean, std::string image) {
  trace_.note(now().time,
              clean ? "-- the process has stopped" : "-- the process is gone");
  for (const auto& x : std::exchange(wires_, {}))
    x->end();
  books_.ended(clean, now().time);
  end_of_disk_trouble();
  failing_ = false;
  failed_.clear();
  disk_.reset();
  process_.reset();
  std::filesystem::remove_all(folder_ / std::to_string(lives_ - 1));
  machine::here().pass(std::chrono::milliseconds{dice_.below(3000)});
  begin_life(std::move(image));
}

void world::crash(doom how) {
  end_life(false, disk_->image(how));
}

void world::process_ended() {
  // Nobody comes back to what it held.
  static_cast<void>(process_.release());
  end_life(false, disk_->image(doom::kill));
}

/// As cafqd does when it is told to.
void world::stop() {
  const auto life = lives_;
  process_->close();
  while (lives_ == life && process_->ready() > 0)
    run_actor();
  if (lives_ != life)
    return;
  process_->save();
  while (lives_ == life && !process_->saved()) {
    if (process_->ready() > 0) {
      run_actor();
      continue;
    }
    machine::here().pass(
      std::max(next_timer() - now().time, queue::duration{}));
    process_->fire_timers();
  }
  if (lives_ == life)
    end_life(*process_->saved(), disk_->image(doom::kill));
}

} // namespace cafq::sim
