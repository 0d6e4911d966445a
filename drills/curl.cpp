// Setting libcurl up.
#include "drills/curl.hpp"

#include <algorithm>
#include <chrono>

namespace firedrill::drills {

using namespace std::chrono_literals;

Multi make_multi() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  return Multi{ready == CURLE_OK ? curl_multi_init() : nullptr};
}

Easy plain_get(const std::string& url, faults::Duration patience) {
  Easy easy{curl_easy_init()};
  if (!easy) return easy;
  CURL* e = easy.get();
  const auto drop = +[](char*, std::size_t size, std::size_t count, void*) { return size * count; };
  const auto dial = std::chrono::ceil<std::chrono::milliseconds>(std::max<faults::Duration>(patience, 5min));
  curl_easy_setopt(e, CURLOPT_URL, url.c_str());
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(e, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(e, CURLOPT_USERAGENT, "firedrill");
  curl_easy_setopt(e, CURLOPT_PROXY, "");
  curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(dial.count()));
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, drop);
  // A request that is given up while its name is still being resolved would otherwise wait for the resolver.
  curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
  // Thousands of requests may hang at once, and each has a buffer.
  curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 4096L);
  return easy;
}

long status(CURL* easy) {
  long code = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

int system_error(CURL* easy) {
  long error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  return static_cast<int>(error);
}

}  // namespace firedrill::drills
