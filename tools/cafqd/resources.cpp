#include "tools/cafqd/resources.hpp"

#include "actors/store.hpp"
#include "config/log.hpp"
#include "net/loop/socket.hpp"
#include "persistence/lmdb_message_store.hpp"
#include "tools/cafqd/notify.hpp"
#include "tools/cafqd/tls.hpp"

#include <stdexcept>

namespace cafq {

namespace {

int open(const std::string& address) {
  try {
    return net::listen_on(address);
  } catch (const net::socket_error& ex) {
    throw std::runtime_error("listen (" + address + ") failed - " + ex.what());
  }
}

} // namespace

door::door(const std::string& address) : fd_(open(address)), file_(fd_) {
  // nop
}

std::string door::address() const {
  return net::local_address(fd_);
}

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
  return text + "; started with " + notify::backlog_text(found);
}

} // namespace cafq
