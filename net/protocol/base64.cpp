#include "net/protocol/base64.hpp"

#include <cstddef>

#include <openssl/evp.h>

namespace cafq::protocol {

std::string base64(std::string_view bytes) {
  // Four characters per three bytes begun, and a zero that OpenSSL appends.
  std::string result((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const auto size
    = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  result.resize(static_cast<std::size_t>(size));
  return result;
}

} // namespace cafq::protocol
