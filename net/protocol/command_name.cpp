#include "net/protocol/command_name.hpp"

namespace cafq::protocol {

std::string_view to_string(command_name name) noexcept {
  switch (name) {
    case command_name::identify:
      return "IDENTIFY";
    case command_name::auth:
      return "AUTH";
    case command_name::sub:
      return "SUB";
    case command_name::rdy:
      return "RDY";
    case command_name::fin:
      return "FIN";
    case command_name::req:
      return "REQ";
    case command_name::touch:
      return "TOUCH";
    case command_name::cls:
      return "CLS";
    case command_name::nop:
      return "NOP";
    case command_name::pub:
      return "PUB";
    case command_name::dpub:
      return "DPUB";
    case command_name::mpub:
      return "MPUB";
  }
  return {};
}

// Comparing with literals of the word's length compiles to integer compares.
std::optional<command_name> find_command(std::string_view word) noexcept {
  switch (word.size()) {
    case 3:
      if (word == "FIN")
        return command_name::fin;
      if (word == "PUB")
        return command_name::pub;
      if (word == "RDY")
        return command_name::rdy;
      if (word == "REQ")
        return command_name::req;
      if (word == "NOP")
        return command_name::nop;
      if (word == "SUB")
        return command_name::sub;
      if (word == "CLS")
        return command_name::cls;
      break;
    case 4:
      if (word == "MPUB")
        return command_name::mpub;
      if (word == "DPUB")
        return command_name::dpub;
      if (word == "AUTH")
        return command_name::auth;
      break;
    case 5:
      if (word == "TOUCH")
        return command_name::touch;
      break;
    case 8:
      if (word == "IDENTIFY")
        return command_name::identify;
      break;
    default:
      break;
  }
  return std::nullopt;
}

} // namespace cafq::protocol
