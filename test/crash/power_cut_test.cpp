#include "persistence/store_reader.hpp"
#include "test/crash/simulated_disk.hpp"
#include "test/crash/store_load.hpp"
#include "test/persistence/support.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>

#include <sys/wait.h>
#include <unistd.h>

namespace cafq::test {

namespace {

constexpr size_t images_per_run = 20;
constexpr size_t steps = 150;

size_t images_wanted() {
  const auto* wish = std::getenv("CAFQ_IMAGES");
  return wish != nullptr ? std::strtoull(wish, nullptr, 10) : 200;
}

/// One life of a store on a recorded disk.
class recording {
public:
  explicit recording(uint64_t seed) : random_(seed) {
    const scratch_directory dir;
    // Its birth has a test of its own.
    static_cast<void>(open_message_store(dir.store_file()));
    disk_recorder disk{dir.store_file()};
    store_options options;
    options.max_transaction_bytes = 200'000;
    const auto store = open_message_store(dir.store_file(), options);
    store_load load{*store, random_()};
    commits_.push_back({0, describe(model{})});
    for (size_t i = 0; i < steps; ++i) {
      load.step();
      states_.emplace_back(store->staged(), describe(load.now()));
      if (random_() % 3 == 0)
        commit(*store, disk);
      if (random_() % 8 == 0)
        static_cast<void>(store->sweep(1 + random_() % 50));
    }
    start_ = disk.start();
    events_ = disk.events();
  }

  [[nodiscard]] const std::string& start() const noexcept {
    return start_;
  }

  [[nodiscard]] const std::vector<disk_event>& events() const noexcept {
    return events_;
  }

  /// Returns what the store must hold if the power goes before this event or
  /// during it: what the last commit left that returned, or the next one.
  [[nodiscard]] std::pair<std::string, std::string>
  allowed(size_t event) const {
    size_t last = 0;
    while (last + 1 < commits_.size() && commits_[last + 1].first <= event)
      ++last;
    return {commits_[last].second,
            commits_[std::min(last + 1, commits_.size() - 1)].second};
  }

private:
  void commit(message_store& store, const disk_recorder& disk) {
    for (auto more = true; more;) {
      more = store.commit();
      // Whole groups, and in order.
      auto durable = commits_.front().second;
      for (const auto& [staged, text] : states_)
        if (staged <= store.durable())
          durable = text;
      commits_.emplace_back(disk.events().size(), std::move(durable));
    }
  }

  std::mt19937_64 random_;
  std::string start_;
  std::vector<disk_event> events_;
  /// What was staged after each group, and what the model was.
  std::vector<std::pair<uint64_t, std::string>> states_;
  /// How many events there were when each commit returned, and what it left.
  std::vector<std::pair<size_t, std::string>> commits_;
};

/// Finds anything that is wrong with a file.
struct fault_finder final : store_visitor {
  void topic(const topic_record&) override {
  }
  void channel(const channel_record&) override {
  }
  void block(queue_id, const stored_block&) override {
  }
  void deferred(queue_id, const deferred_message&) override {
  }
  void damaged(queue_id, const std::string& what) override {
    fault = what;
  }
  void set_aside(queue_id) override {
    fault = "rows set aside";
  }
  void stray(queue_id) override {
  }

  std::string fault;
};

/// Opens an image as the broker would after the power cut, and goes on.
/// @returns what is wrong, or nothing.
std::string verify(const std::filesystem::path& dir,
                   const std::pair<std::string, std::string>& allowed) try {
  fault_finder all;
  store_reader{dir}.read(all);
  if (!all.fault.empty())
    return all.fault;
  const auto file = dir / data_path::store_file_name;
  {
    const auto store = open_message_store(file);
    const auto found = describe(*store);
    if (found != allowed.first && found != allowed.second)
      return "is neither what the last commit left nor the next one";
    if (store->damaged_blocks() != 0)
      return "has damaged blocks";
    topic_record more;
    more.name = "after";
    more.queue = store->new_queue();
    store->put(more);
    store->keep(more.queue, {make_block(1, 200), {}});
    commit_all(*store);
    while (store->sweep(1000)) {
      // nop
    }
  }
  const auto store = open_message_store(file);
  const auto topics = store->topics();
  if (std::none_of(topics.begin(), topics.end(), [&](const auto& x) {
        return x.name == "after" && store->read(x.queue, 0, 10).size() == 1;
      }))
    return "does not keep what came afterwards";
  return {};
} catch (const std::exception& x) {
  return x.what();
}

/// In a process of its own: LMDB may crash over a bad image.
bool survives(const std::string& image,
              const std::pair<std::string, std::string>& allowed, bool loud) {
  const scratch_directory dir;
  std::ofstream{dir.store_file(), std::ios::binary} << image;
  const auto child = ::fork();
  if (child == 0) {
    for (const auto x : {SIGSEGV, SIGBUS, SIGABRT})
      std::signal(x, SIG_DFL); // Boost's handlers would go on with the tests
    if (!loud)
      ::close(STDERR_FILENO); // LMDB's assertions
    const auto fault = verify(dir.path(), allowed);
    if (!fault.empty() && loud)
      std::cerr << fault << std::endl;
    ::_exit(fault.empty() ? 0 : 1);
  }
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Cuts the power `images` times in the life of a store.
/// @returns how many of the images were bad.
size_t cut_power(uint64_t seed, size_t images, bool lying = false) {
  const recording life{seed};
  std::mt19937_64 random{seed};
  std::vector<size_t> moments(images);
  for (auto& x : moments)
    x = random() % life.events().size();
  std::sort(moments.begin(), moments.end());
  simulated_disk disk{life.start()};
  size_t bad = 0;
  size_t next = 0;
  for (const auto moment : moments) {
    for (; next < moment; ++next)
      disk.apply(life.events()[next], lying);
    auto cut = disk;
    auto last = life.events()[moment];
    last.synced = false;
    if (last.what != disk_event::kind::sync)
      cut.apply(last); // in the middle of it
    const auto good = survives(cut.cut(random), life.allowed(moment), !lying);
    bad += good ? 0U : 1U;
    if (!lying)
      BOOST_TEST(good, "the image of event " << moment << " of "
                                             << life.events().size());
  }
  return bad;
}

} // namespace

BOOST_AUTO_TEST_SUITE(power_cut_tests)

BOOST_AUTO_TEST_CASE(no_image_is_worse_than_the_last_commit) {
  const auto seed = test::seed();
  const auto images = images_wanted();
  std::cout << "power cuts: CAFQ_SEED=" << seed << " CAFQ_IMAGES=" << images
            << std::endl;
  size_t bad = 0;
  for (size_t i = 0; i < images; i += images_per_run)
    BOOST_TEST_CONTEXT("CAFQ_SEED=" << seed << " run " << i / images_per_run)
  bad += cut_power(seed + i / images_per_run,
                   std::min(images_per_run, images - i));
  std::cout << "power cuts: " << images - bad << " of " << images
            << " images good" << std::endl;
}

BOOST_AUTO_TEST_CASE(a_disk_that_lies_about_syncs_is_found_out) {
  // Else the test above would prove nothing.
  BOOST_TEST(cut_power(1, images_per_run, true) > images_per_run / 4);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
