#include "tools/cafqd/resources.hpp"

#include "actors/store.hpp"
#include "config/log.hpp"
#include "persistence/lmdb_message_store.hpp"
#include "tools/cafqd/backlog_text.hpp"
#include "tools/cafqd/tls.hpp"

namespace cafq {

resources::resources(const config::options& options)
  : tls(load_tls(options)),
    tcp(options.tcp_address),
    place(options.data_path.empty() ? "." : options.data_path),
    disk(open_message_store(place.store_file(), to_store_options(options))),
    found(recover(*disk)) {
  if (!options.http_address.empty())
    http.emplace(options.http_address);
  if (tls && !options.https_address.empty())
    https.emplace(options.https_address);
  for (const auto& warning : place.warnings())
    log::warn("{}", warning);
}

listen_addresses resources::addresses() const {
  return {tcp.address(), http ? http->address() : "",
          https ? https->address() : ""};
}

std::string resources::status() const {
  auto text = "NSQ on " + tcp.address();
  if (http)
    text += ", HTTP on " + http->address();
  if (https)
    text += ", HTTPS on " + https->address();
  return text + "; started with " + backlog_text(found);
}

} // namespace cafq
