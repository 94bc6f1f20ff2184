#include "net/protocol/names.hpp"

#include <array>

namespace cafq::protocol {

namespace {

constexpr auto legal = [] {
  std::array<bool, 256> result{};
  for (const char c : std::string_view{"abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789._-"})
    result[static_cast<unsigned char>(c)] = true;
  return result;
}();

} // namespace

bool valid_name(std::string_view name) noexcept {
  if (name.size() > max_name_size)
    return false;
  if (is_ephemeral(name))
    name.remove_suffix(ephemeral_suffix.size());
  if (name.empty())
    return false;
  bool all = true;
  for (const char c : name)
    all = all && legal[static_cast<unsigned char>(c)];
  return all;
}

} // namespace cafq::protocol
