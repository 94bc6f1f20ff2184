#include "tools/cafq/as_owner.hpp"

#include "tools/cafq/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

namespace cafq::tool {

as_owner::as_owner(const std::filesystem::path& directory) {
  if (::geteuid() != 0)
    return;
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0 || info.st_uid == 0)
    return; // who opens it says what is wrong
  changed_ = true;
  if (::setegid(info.st_gid) != 0 || ::seteuid(info.st_uid) != 0)
    throw error{std::string{"cannot act for the owner of "} + directory.string()
                + ": " + std::strerror(errno)};
}

as_owner::~as_owner() {
  // Who went down to that user can come back.
  if (changed_ && (::seteuid(0) != 0 || ::setegid(0) != 0))
    std::abort();
}

} // namespace cafq::tool
