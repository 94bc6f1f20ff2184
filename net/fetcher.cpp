#include "net/fetcher.hpp"

#include "actors/actor_support.hpp"

#include <caf/send.hpp>

#include <utility>

namespace cafq {

fetcher_actor::behavior_type
fetcher(counting_pointer<fetcher_actor, fetcher_state> self,
        const http_client_settings& settings) {
  log_exceptions(self, "FETCHER");
  self->state.client = std::make_unique<http_client>(settings);
  return {
    [self](const http_request_ptr& what) {
      auto& st = self->state;
      auto promise = self->make_response_promise<http_reply_ptr>();
      const auto id = ++st.requests;
      st.open.emplace(id, promise);
      st.client->fetch(what, [me = fetcher_actor{self}, id](http_reply_ptr x) {
        caf::anon_send(me, id, std::move(x));
      });
      return promise;
    },
    [self](atom::stat) {
      auto result = stat_of(self, "fetcher", "", 0);
      result.counters = {{"requests", self->state.requests},
                         {"open", self->state.open.size()}};
      return result;
    },
    [self](uint64_t id, const http_reply_ptr& x) {
      auto& open = self->state.open;
      if (const auto i = open.find(id); i != open.end()) {
        i->second.deliver(x);
        open.erase(i);
      }
    },
  };
}

} // namespace cafq
