#include "net/auth/authorizations.hpp"

#include "net/protocol/json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <nlohmann/json.hpp>
#include <re2/re2.h>

namespace cafq::auth {

namespace {

using json = nlohmann::json;

bool same_key(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [=](char x, char y) { return lower(x) == lower(y); });
}

/// Returns a member as Go finds it: in any case. Null is as good as none.
const json* find(const json& object, std::string_view key) {
  if (!object.is_object())
    throw bad_answer("not a JSON object");
  for (const auto& [name, value] : object.items())
    if (same_key(name, key) && !value.is_null())
      return &value;
  return nullptr;
}

std::string to_text(const json& x, std::string_view what) {
  if (!x.is_string())
    throw bad_answer(std::string{what} + " is no text");
  return x.get<std::string>();
}

std::string text_of(const json& object, std::string_view key) {
  const auto* x = find(object, key);
  return x != nullptr ? to_text(*x, key) : std::string{};
}

/// Calls `f` for each element of a list that may be missing.
template <class F>
void for_each_in(const json& object, std::string_view key, F f) {
  const auto* list = find(object, key);
  if (list == nullptr)
    return;
  if (!list->is_array())
    throw bad_answer(std::string{key} + " is no list");
  for (const auto& x : *list)
    f(x);
}

std::unique_ptr<re2::RE2> compile(const std::string& text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto result = std::make_unique<re2::RE2>(text, options);
  if (!result->ok())
    throw bad_answer("unable to compile " + text + ": " + result->error());
  return result;
}

bool matches(const re2::RE2& pattern, std::string_view text) {
  return re2::RE2::PartialMatch({text.data(), text.size()}, pattern);
}

json parse(std::string_view text) {
  const auto strict = protocol::strict_json(text);
  auto result = json::parse(strict.value_or(""), nullptr, false);
  if (result.is_discarded())
    throw bad_answer("not JSON");
  return result;
}

std::chrono::seconds ttl_of(const json& object) {
  const auto* x = find(object, "ttl");
  const auto ttl = x != nullptr && x->is_number_integer() ? x->get<int64_t>()
                                                          : 0;
  if (ttl <= 0)
    throw bad_answer("the ttl is not a number above 0");
  // Further away than anything lives, and still a time.
  constexpr int64_t century = int64_t{100} * 365 * 24 * 3600;
  return std::chrono::seconds{std::min(ttl, century)};
}

} // namespace

authorizations::authorizations(std::string_view text) {
  const auto all = parse(text);
  ttl_ = ttl_of(all);
  identity_ = text_of(all, "identity");
  identity_url_ = text_of(all, "identity_url");
  for_each_in(all, "authorizations", [&](const json& x) {
    entry result;
    result.topic = compile(text_of(x, "topic"));
    for_each_in(x, "channels", [&](const json& y) {
      result.channels.push_back(compile(to_text(y, "a channel")));
    });
    for_each_in(x, "permissions", [&](const json& y) {
      const auto name = to_text(y, "a permission");
      if (name == "publish")
        result.publish = true;
      else if (name == "subscribe")
        result.subscribe = true;
      else
        throw bad_answer("unknown permission " + name);
    });
    entries_.push_back(std::move(result));
  });
}

authorizations::~authorizations() = default;

bool authorizations::entry::matches(std::string_view topic_name,
                                    std::string_view channel_name) const {
  return auth::matches(*topic, topic_name)
         && std::any_of(channels.begin(), channels.end(), [=](const auto& x) {
              return auth::matches(*x, channel_name);
            });
}

bool authorizations::may_publish(std::string_view topic) const {
  return std::any_of(entries_.begin(), entries_.end(), [=](const entry& x) {
    return x.publish && x.matches(topic, {});
  });
}

bool authorizations::may_subscribe(std::string_view topic,
                                   std::string_view channel) const {
  return std::any_of(entries_.begin(), entries_.end(), [=](const entry& x) {
    return x.subscribe && x.matches(topic, channel);
  });
}

std::string authorizations::to_json() const {
  const nlohmann::ordered_json result{
    {"identity", identity_},
    {"identity_url", identity_url_},
    {"permission_count", entries_.size()},
  };
  return result.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace cafq::auth
