#include "config/identity.hpp"

#include <boost/crc.hpp>
#include <boost/uuid/detail/md5.hpp>

#include <array>

#include <unistd.h>

namespace cafq::config {

std::string hostname() {
  std::array<char, 256> name{};
  // One less, because a name that is cut off need not end in a null.
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0')
    return "localhost";
  return name.data();
}

int64_t node_id_of(std::string_view hostname) {
  boost::uuids::detail::md5 hash;
  hash.process_bytes(hostname.data(), hostname.size());
  boost::uuids::detail::md5::digest_type words{};
  hash.get_digest(words);
  boost::crc_32_type crc;
  for (const auto word : words)
    for (const int shift : {24, 16, 8, 0})
      crc.process_byte(static_cast<unsigned char>(word >> shift));
  return crc.checksum() % 1024;
}

} // namespace cafq::config
