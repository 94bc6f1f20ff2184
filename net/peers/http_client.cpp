#include "net/peers/http_client.hpp"

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <nlohmann/json.hpp>

namespace cafq {

namespace {

constexpr long most_connections = 128;
constexpr long most_connections_per_server = 64;
constexpr long most_redirects = 3;
constexpr const char* protocols = "http,https";

/// How long the thread sleeps when nothing happens; it is woken for a request.
constexpr int poll_ms = 60'000;

template <auto Function>
struct deleter {
  template <class T>
  void operator()(T* x) const noexcept {
    Function(x);
  }
};

using easy_ptr = std::unique_ptr<CURL, deleter<curl_easy_cleanup>>;
using multi_ptr = std::unique_ptr<CURLM, deleter<curl_multi_cleanup>>;
using url_ptr = std::unique_ptr<CURLU, deleter<curl_url_cleanup>>;
using curl_text_ptr = std::unique_ptr<char, deleter<curl_free>>;
using list_ptr = std::unique_ptr<curl_slist, deleter<curl_slist_free_all>>;

/// A request under way.
struct transfer {
  http_request_ptr what;
  http_client::callback done;
  http_reply_ptr reply{new http_reply, false};
  size_t max_body_size = 0;
  easy_ptr easy;
  list_ptr headers;
};

size_t take_body(char* bytes, size_t, size_t count, void* to) {
  auto& x = *static_cast<transfer*>(to);
  if (x.reply->body.size() + count > x.max_body_size)
    return 0; // fails the transfer
  x.reply->body.append(bytes, count);
  return count;
}

void prepare(transfer& x, const http_client_settings& settings) {
  auto* easy = x.easy.get();
  const auto set = [easy](CURLoption option, auto value) {
    curl_easy_setopt(easy, option, value);
  };
  set(CURLOPT_URL, x.what->url.c_str());
  set(CURLOPT_PROTOCOLS_STR, protocols);
  set(CURLOPT_REDIR_PROTOCOLS_STR, protocols);
  set(CURLOPT_FOLLOWLOCATION, x.what->follow ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, most_redirects);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings.root_ca_file.empty())
    set(CURLOPT_CAINFO, settings.root_ca_file.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(settings.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(settings.request_timeout.count()));
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, &x);
  set(CURLOPT_PRIVATE, &x);
  x.headers.reset(
    curl_slist_append(nullptr, "Accept: application/vnd.nsq; version=1.0"));
  if (!x.what->json.empty()) {
    curl_slist_append(x.headers.get(), "Content-Type: application/json");
    set(CURLOPT_POSTFIELDS, x.what->json.data());
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(x.what->json.size()));
  }
  set(CURLOPT_HTTPHEADER, x.headers.get());
}

void finish(transfer& x, CURLcode how, size_t max_body_size) {
  if (how == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(x.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    x.reply->status = static_cast<int>(status);
  } else if (how == CURLE_WRITE_ERROR) {
    x.reply->error = "the answer is longer than "
                     + std::to_string(max_body_size) + " bytes";
  } else {
    x.reply->error = curl_easy_strerror(how);
  }
  x.done(std::move(x.reply));
}

/// Returns the port an answer names; 0 is none.
int https_port_in(std::string_view body) {
  const auto object = nlohmann::json::parse(body, nullptr, false);
  if (!object.is_object())
    return 0;
  const auto i = object.find("https_port");
  if (i == object.end() || !i->is_number_integer())
    return 0;
  const auto port = i->get<int64_t>();
  return port > 0 && port <= 65535 ? static_cast<int>(port) : 0;
}

void fail(transfer& x, std::string why) {
  x.reply->error = std::move(why);
  x.done(std::move(x.reply));
}

} // namespace

std::string https_url(const std::string& url, const http_reply& x) {
  const auto port = x.status == 403 ? https_port_in(x.body) : 0;
  const url_ptr parts{curl_url()};
  char* raw = nullptr;
  const auto set = [&](CURLUPart what, const std::string& value) {
    return curl_url_set(parts.get(), what, value.c_str(), 0) == CURLUE_OK;
  };
  const auto get = [&](CURLUPart what) {
    const auto found = curl_url_get(parts.get(), what, &raw, 0) == CURLUE_OK;
    const curl_text_ptr text{found ? raw : nullptr};
    return found ? std::string{text.get()} : std::string{};
  };
  if (port == 0 || !set(CURLUPART_URL, url) || get(CURLUPART_SCHEME) != "http"
      || !set(CURLUPART_SCHEME, "https")
      || !set(CURLUPART_PORT, std::to_string(port)))
    return {};
  return get(CURLUPART_URL);
}

/// The thread and what it works on.
class http_client::worker {
public:
  explicit worker(http_client_settings settings)
    : settings_(std::move(settings)) {
    static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_.reset(curl_multi_init());
    if (ready != CURLE_OK || !multi_)
      throw std::runtime_error("libcurl does not start");
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      most_connections);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS,
                      most_connections_per_server);
    thread_ = std::thread{[this] {
      run();
    }};
  }

  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  ~worker() {
    {
      const std::lock_guard guard{mutex_};
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
    for (auto& [easy, x] : running_)
      curl_multi_remove_handle(multi_.get(), easy);
  }

  void add(std::unique_ptr<transfer> x) {
    {
      const std::lock_guard guard{mutex_};
      incoming_.push_back(std::move(x));
    }
    curl_multi_wakeup(multi_.get());
  }

private:
  void run() {
    while (take_incoming()) {
      int count = 0;
      curl_multi_perform(multi_.get(), &count);
      while (auto* x = curl_multi_info_read(multi_.get(), &count))
        if (x->msg == CURLMSG_DONE)
          end(x->easy_handle, x->data.result);
      curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr);
    }
  }

  /// @returns false if the thread is to end.
  bool take_incoming() {
    std::vector<std::unique_ptr<transfer>> batch;
    {
      const std::lock_guard guard{mutex_};
      if (stopping_)
        return false;
      batch.swap(incoming_);
    }
    for (auto& x : batch)
      begin(std::move(x));
    return true;
  }

  void begin(std::unique_ptr<transfer> x) {
    if (running_.size() >= settings_.max_requests) {
      fail(*x, "too many requests under way");
      return;
    }
    x->max_body_size = settings_.max_body_size;
    x->easy.reset(curl_easy_init());
    auto* easy = x->easy.get();
    if (easy == nullptr) {
      fail(*x, "out of memory");
      return;
    }
    prepare(*x, settings_);
    if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK)
      fail(*x, "out of memory");
    else
      running_.emplace(easy, std::move(x));
  }

  void end(CURL* easy, CURLcode how) {
    curl_multi_remove_handle(multi_.get(), easy);
    if (const auto i = running_.find(easy); i != running_.end()) {
      const auto x = std::move(i->second);
      running_.erase(i);
      finish(*x, how, settings_.max_body_size);
    }
  }

  const http_client_settings settings_;
  multi_ptr multi_;
  /// Of the thread alone.
  std::map<CURL*, std::unique_ptr<transfer>> running_;
  std::mutex mutex_;
  /// Behind the mutex.
  std::vector<std::unique_ptr<transfer>> incoming_;
  bool stopping_ = false;
  std::thread thread_;
};

http_client::http_client(http_client_settings settings)
  : worker_(std::make_unique<worker>(std::move(settings))) {
  // nop
}

http_client::~http_client() = default;

void http_client::fetch(http_request_ptr what, callback done) {
  auto x = std::make_unique<transfer>();
  x->what = std::move(what);
  x->done = std::move(done);
  worker_->add(std::move(x));
}

} // namespace cafq
