#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/mount.h>

namespace cafq::test {

namespace {

/// A file system of 16 MB, where that is allowed.
class small_disk {
public:
  small_disk()
    : mounted_(::mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, "size=16m")
               == 0) {
    // nop
  }

  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  ~small_disk() {
    if (mounted_)
      ::umount(dir_.path().c_str());
  }

  [[nodiscard]] bool mounted() const noexcept {
    return mounted_;
  }

  [[nodiscard]] std::filesystem::path store_file() const {
    return dir_.store_file();
  }

private:
  scratch_directory dir_;
  bool mounted_;
};

/// Stages blocks until there is no room, or beyond.
class filler {
public:
  explicit filler(const std::filesystem::path& file)
    : store_(open_message_store(file)) {
    topic_record x;
    x.name = "t";
    x.queue = q_ = store_->new_queue();
    store_->put(x);
  }

  void keep() {
    const auto count = next_ % 200 + 1;
    store_->keep(
      q_, {make_block({{next_, 0, 0, std::string(count * 300, 'x')}}), {}});
    ++next_;
  }

  /// Returns whether the disk is full.
  bool commit() {
    try {
      commit_all(*store_);
      return false;
    } catch (const storage_error& x) {
      BOOST_TEST_REQUIRE((x.kind() == storage_failure::full), x.what());
      return true;
    }
  }

  void fill() {
    while (!commit())
      keep();
    BOOST_TEST(!store_->room());
  }

  void fill_with_care() {
    while (store_->room()) {
      keep();
      BOOST_TEST_REQUIRE(!commit());
    }
  }

  /// Takes all out, while commits may fail.
  void drain() {
    for (;;) {
      const auto blocks = store_->read(q_, 0, 8);
      if (blocks.empty())
        break;
      for (const auto& x : blocks) {
        BOOST_TEST_REQUIRE(x.body->first_number() == drained_++);
        store_->done(q_, x.body->first_number());
      }
      static_cast<void>(commit());
    }
    BOOST_TEST_REQUIRE(!commit());
    BOOST_TEST_REQUIRE(drained_ == next_);
    BOOST_TEST_REQUIRE(store_->room());
  }

  /// Returns the bytes on disk after a crash.
  size_t survivors(const std::filesystem::path& file) {
    store_ = nullptr;
    store_ = open_message_store(file);
    size_t result = 0;
    for (const auto& x : store_->read(q_, 0, SIZE_MAX))
      result += x.body->bytes();
    return result;
  }

private:
  std::unique_ptr<message_store> store_;
  queue_id q_ = 0;
  uint64_t next_ = 1;
  uint64_t drained_ = 1;
};

} // namespace

BOOST_AUTO_TEST_SUITE(full_disk_tests)

BOOST_AUTO_TEST_CASE(nothing_is_lost_on_a_full_disk) {
  const small_disk disk;
  if (!disk.mounted()) {
    BOOST_TEST_MESSAGE("skipped: may not mount a file system");
    return;
  }
  filler x{disk.store_file()};
  for (int cycle = 0; cycle < 10; ++cycle) {
    x.fill();
    x.drain();
  }
}

BOOST_AUTO_TEST_CASE(the_reserve_is_enough_for_deletions) {
  const small_disk disk;
  if (!disk.mounted())
    return;
  filler x{disk.store_file()};
  for (int cycle = 0; cycle < 10; ++cycle) {
    x.fill_with_care();
    x.drain();
  }
}

BOOST_AUTO_TEST_CASE(what_fits_of_too_much_is_written) {
  const small_disk disk;
  if (!disk.mounted())
    return;
  filler x{disk.store_file()};
  x.fill();
  x.drain();
  for (int i = 0; i < 1000; ++i)
    x.keep();
  int rounds = 0;
  while (x.commit() && ++rounds < 20) {
    // Full each time.
  }
  const auto size = x.survivors(disk.store_file());
  BOOST_TEST(size > size_t{8} << 20U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
