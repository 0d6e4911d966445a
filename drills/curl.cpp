// Loading libcurl, and setting it up.
#include "drills/curl.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

namespace firedrill::drills {

using namespace std::chrono_literals;

namespace {

// Whatever TLS it was built for.
void* open_libcurl() {
  for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"})
    if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  throw std::runtime_error{fmt::format("HTTP needs libcurl, and {}; install Debian's libcurl4", ::dlerror())};
}

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) throw std::runtime_error{fmt::format("this libcurl is too old: it has no {}", name)};
}

Libcurl load() {
  void* const library = open_libcurl();  // to stay
  Libcurl all{};
  find(library, "curl_global_init", all.global_init);
  find(library, "curl_easy_init", all.easy_init);
  find(library, "curl_easy_cleanup", all.easy_cleanup);
  find(library, "curl_easy_setopt", all.easy_setopt);
  find(library, "curl_easy_getinfo", all.easy_getinfo);
  find(library, "curl_easy_perform", all.easy_perform);
  find(library, "curl_easy_strerror", all.easy_strerror);
  find(library, "curl_slist_append", all.slist_append);
  find(library, "curl_strequal", all.strequal);
  find(library, "curl_slist_free_all", all.slist_free_all);
  find(library, "curl_multi_init", all.multi_init);
  find(library, "curl_multi_cleanup", all.multi_cleanup);
  find(library, "curl_multi_setopt", all.multi_setopt);
  find(library, "curl_multi_assign", all.multi_assign);
  find(library, "curl_multi_add_handle", all.multi_add_handle);
  find(library, "curl_multi_remove_handle", all.multi_remove_handle);
  find(library, "curl_multi_info_read", all.multi_info_read);
  find(library, "curl_multi_perform", all.multi_perform);
  find(library, "curl_multi_poll", all.multi_poll);
  find(library, "curl_multi_socket_action", all.multi_socket_action);
  return all;
}

}  // namespace

const Libcurl& curl() {
  static const Libcurl loaded = load();
  return loaded;
}

Multi make_multi() {
  static const CURLcode ready = curl().global_init(CURL_GLOBAL_DEFAULT);
  return Multi{ready == CURLE_OK ? curl().multi_init() : nullptr};
}

Easy plain_get(const std::string& url, faults::Duration patience) {
  Easy easy{curl().easy_init()};
  if (!easy) return easy;
  CURL* e = easy.get();
  const auto drop = +[](char*, std::size_t size, std::size_t count, void*) { return size * count; };
  const auto dial = std::chrono::ceil<std::chrono::milliseconds>(std::max<faults::Duration>(patience, 5min));
  curl().easy_setopt(e, CURLOPT_URL, url.c_str());
  curl().easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
  curl().easy_setopt(e, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl().easy_setopt(e, CURLOPT_USERAGENT, "firedrill");
  curl().easy_setopt(e, CURLOPT_PROXY, "");
  curl().easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl().easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
  curl().easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(dial.count()));
  curl().easy_setopt(e, CURLOPT_WRITEFUNCTION, drop);
  // A request that is given up while its name is still being resolved would otherwise wait for the resolver.
  curl().easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
  // Thousands of requests may hang at once, and each has a buffer.
  curl().easy_setopt(e, CURLOPT_BUFFERSIZE, 4096L);
  return easy;
}

long status(CURL* easy) {
  long code = 0;
  curl().easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

int system_error(CURL* easy) {
  long error = 0;
  curl().easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  return static_cast<int>(error);
}

}  // namespace firedrill::drills
