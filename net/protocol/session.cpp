#include "net/protocol/session.hpp"

#include <array>
#include <cstddef>

namespace cafq::protocol {

namespace {

struct row {
  command_name name;
  verdict in_init;
  verdict in_subscribed;
  verdict in_closing;
};

constexpr auto yes = verdict::allowed;
constexpr auto no = verdict::wrong_state;

constexpr std::array<row, 12> rules{{
  // command              init  subscribed  closing
  {command_name::identify, yes, no, no},
  {command_name::auth, yes, no, no},
  {command_name::sub, yes, no, no},
  {command_name::rdy, no, yes, verdict::ignored},
  {command_name::fin, no, yes, yes},
  {command_name::req, no, yes, yes},
  {command_name::touch, no, yes, yes},
  {command_name::cls, no, yes, no},
  {command_name::nop, yes, yes, yes},
  {command_name::pub, yes, yes, yes},
  {command_name::dpub, yes, yes, yes},
  {command_name::mpub, yes, yes, yes},
}};

constexpr bool in_order() {
  for (size_t i = 0; i < rules.size(); ++i)
    if (static_cast<size_t>(rules[i].name) != i)
      return false;
  return true;
}

static_assert(in_order(), "rows are found by their command's number");

} // namespace

verdict session::judge(command_name name) const noexcept {
  const auto& rule = rules[static_cast<size_t>(name)];
  switch (state_) {
    case state::init:
      if (name == command_name::sub && !heartbeats_)
        return verdict::needs_heartbeats;
      return rule.in_init;
    case state::subscribed:
      return rule.in_subscribed;
    case state::closing:
      return rule.in_closing;
  }
  return no;
}

} // namespace cafq::protocol
