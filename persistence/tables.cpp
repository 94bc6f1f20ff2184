#include "persistence/tables.hpp"

#include "persistence/bytes.hpp"
#include "persistence/missing_pages.hpp"
#include "persistence/storage_error.hpp"

#include <cstring>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace cafq {

namespace {

constexpr std::string_view format_mark = "cafq";

/// Looks at the first page without LMDB, which would leave a lock file behind.
void check_magic(const std::filesystem::path& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  if (failed || size == 0)
    return; // to be created
  constexpr uint32_t magic = 0xBEEFC0DE;
  constexpr std::streamoff magic_offset = 16;
  uint32_t found = 0;
  std::ifstream in{file, std::ios::binary};
  in.seekg(magic_offset);
  in.read(reinterpret_cast<char*>(&found), sizeof(found));
  constexpr uintmax_t least = 2 * 4096; // LMDB's meta pages
  if (!in || size < least)
    refuse(file, "not a message store of cafqd, or cut short");
  if (found != magic)
    refuse(file, "not a message store of cafqd");
}

std::string format_value(uint32_t version) {
  std::string result{format_mark};
  result.resize(result.size() + sizeof(version));
  byte_writer{result.data() + format_mark.size()}.put(version);
  return result;
}

void check_format(std::string_view value, const std::filesystem::path& file) {
  if (!value.starts_with(format_mark))
    refuse(file, "not a message store of cafqd");
  byte_reader in{value.substr(format_mark.size())};
  const auto version = in.get<uint32_t>();
  if (!in.ok() || version == 0)
    refuse(file, "not a message store of cafqd");
  if (version != format_version)
    refuse(file, "has format version " + std::to_string(version)
                   + ", this cafqd knows " + std::to_string(format_version));
}

/// Returns whether the file still has to be filled.
bool is_new(lmdb::env& env, const std::filesystem::path& file) {
  lmdb::txn reading{env, lmdb::txn::mode::read};
  constexpr lmdb::table list_of_tables = 1;
  if (reading.rows(list_of_tables) == 0)
    return true;
  const auto meta = reading.find_table("meta");
  const auto format = meta ? reading.get(*meta, format_key) : std::nullopt;
  check_format(format.value_or(""), file);
  return false;
}

tables create_tables(lmdb::env& env, bool fresh) {
  lmdb::txn writing{env, lmdb::txn::mode::write};
  const tables result{
    .meta = writing.create_table("meta"),
    .names = writing.create_table("names"),
    .log = writing.create_table("log"),
    .ack = writing.create_table("ack"),
    .defer = writing.create_table("defer"),
    .damaged = writing.create_table("damaged"),
  };
  if (fresh)
    writing.put(result.meta, format_key, format_value(format_version));
  writing.commit();
  return result;
}

/// Creates a store that gets its name when it is complete.
void create_store(const std::filesystem::path& file, size_t map_size) {
  auto unfinished = file;
  unfinished += ".new";
  std::filesystem::remove(unfinished);
  {
    auto env = lmdb::env::create(unfinished, map_size);
    create_tables(env, true);
  }
  std::filesystem::rename(unfinished, file);
  sync_directory(file.parent_path());
}

} // namespace

void sync_directory(const std::filesystem::path& dir) {
  const auto directory = ::open(dir.c_str(),
                                O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto failed = directory < 0 || ::fsync(directory) != 0;
  const auto why = errno;
  if (directory >= 0)
    ::close(directory);
  if (failed)
    refuse(dir, std::strerror(why));
}

lmdb::env open_environment(const std::filesystem::path& file, size_t map_size) {
  check_magic(file);
  try {
    std::error_code none;
    if (std::filesystem::file_size(file, none) == 0 || none)
      create_store(file, map_size);
    lmdb::env result{file, map_size};
    complete(result, file);
    return result;
  } catch (const lmdb::error& x) {
    refuse(file, x.what());
  } catch (const std::filesystem::filesystem_error& x) {
    refuse(file, x.code().message());
  }
}

lmdb::env open_environment_for_reading(const std::filesystem::path& file) {
  std::error_code failed;
  if (std::filesystem::file_size(file, failed) == 0)
    refuse(file, "is empty: no cafqd has written to it yet");
  if (failed)
    refuse(file, failed.message());
  check_magic(file);
  try {
    constexpr size_t map_size = size_t{1} << 40;
    auto result = lmdb::env::open_for_reading(file, map_size);
    check_length(result, file);
    return result;
  } catch (const lmdb::error& x) {
    refuse(file, x.what());
  }
}

tables find_tables(lmdb::env& env, const std::filesystem::path& file) {
  try {
    if (is_new(env, file))
      refuse(file, "holds nothing: no cafqd has finished its first start");
    lmdb::txn reading{env, lmdb::txn::mode::read};
    const auto find = [&](const char* name) {
      if (const auto x = reading.find_table(name))
        return *x;
      refuse(file, std::string{"has no table \""} + name + '"');
    };
    const tables result{
      .meta = find("meta"),
      .names = find("names"),
      .log = find("log"),
      .ack = find("ack"),
      .defer = find("defer"),
      .damaged = find("damaged"),
    };
    reading.commit();
    return result;
  } catch (const lmdb::error& x) {
    refuse(file, x.what());
  }
}

tables open_tables(lmdb::env& env, const std::filesystem::path& file) {
  try {
    return create_tables(env, is_new(env, file));
  } catch (const lmdb::error& x) {
    refuse(file, x.what());
  }
}

} // namespace cafq
