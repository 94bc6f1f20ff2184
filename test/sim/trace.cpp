#include "test/sim/trace.hpp"

#include <boost/core/demangle.hpp>

#include <caf/local_actor.hpp>
#include <caf/type_erased_tuple.hpp>

#include <algorithm>
#include <chrono>
#include <typeinfo>
#include <utility>

#include <fmt/core.h>

namespace cafq::sim {

namespace {

constexpr uint64_t prime = 1099511628211U;

/// Returns a text of CAF without the node of each actor, which has the number
/// of the process in it: 13@0A...F1#4711.
std::string without_nodes(std::string text) {
  for (auto at = text.find('@'); at != text.npos; at = text.find('@', at)) {
    const auto end = text.find_first_not_of("0123456789ABCDEFabcdef#", at + 1);
    text.erase(at, std::min(end, text.size()) - at);
  }
  return text;
}

/// Returns an element of a message: what CAF knows itself by value, ours by
/// type.
std::string element(const caf::type_erased_tuple& x, size_t i) {
  const auto* type = x.type(i).second;
  return type ? type->name() : without_nodes(x.stringify(i));
}

/// Returns what is in a message, for people.
std::string text_of(const caf::type_erased_tuple& x) {
  std::string result;
  for (size_t i = 0; i < x.size(); ++i) {
    auto name = element(x, i);
    if (x.type(i).second)
      name = boost::core::demangle(name.c_str());
    if (const auto begin = name.rfind("cafq::"); begin != name.npos)
      name = name.starts_with("caf::typed_actor") ? "an actor"
                                                  : name.substr(begin + 6);
    if (name.ends_with('>'))
      name.pop_back();
    result += (i > 0 ? ", " : "") + name;
  }
  return result;
}

std::string time_text(queue::time_point now) {
  const std::chrono::duration<double> x = now.time_since_epoch();
  return fmt::format("{:.6f}", x.count());
}

} // namespace

unsigned seed_for(uint64_t seed, std::string_view part, size_t number) {
  uint64_t x = seed * prime + number;
  for (const char c : part)
    x = (x ^ static_cast<unsigned char>(c)) * prime;
  x ^= x >> 33U;
  x *= 0xff51afd7ed558ccdU;
  return static_cast<unsigned>(x ^ (x >> 32U));
}

void trace::mix(uint64_t x) noexcept {
  hash_ = (hash_ ^ x) * prime;
  hash_ ^= hash_ >> 29U;
}

void trace::mix(std::string_view x) noexcept {
  for (const char c : x)
    hash_ = (hash_ ^ static_cast<unsigned char>(c)) * prime;
}

void trace::took(queue::time_point now, const caf::abstract_actor& who,
                 const caf::mailbox_element& what) {
  ++messages_;
  const auto sender = what.sender ? what.sender->id() : 0;
  mix(static_cast<uint64_t>(now.time_since_epoch().count()));
  mix(who.id());
  mix(sender);
  const auto& content = what.content();
  for (size_t i = 0; i < content.size(); ++i)
    mix(element(content, i));
  if (kept_ == 0)
    return;
  const auto* named = dynamic_cast<const caf::local_actor*>(&who);
  note(now, fmt::format("{} {} <- {}: {}", named ? named->name() : "actor",
                        who.id(), sender, text_of(content)));
}

void trace::written(uint64_t where, size_t bytes) {
  mix(where);
  mix(bytes);
}

void trace::sent(uint64_t client, std::string_view bytes) {
  mix(client);
  mix(bytes);
}

void trace::note(queue::time_point now, std::string text) {
  if (kept_ == 0)
    return;
  last_.push_back(time_text(now) + " " + std::move(text));
  if (last_.size() > kept_)
    last_.pop_front();
}

void trace::print(std::ostream& out) const {
  for (const auto& x : last_)
    out << "    " << x << '\n';
}

} // namespace cafq::sim
