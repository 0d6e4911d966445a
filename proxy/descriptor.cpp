// close.
#include "proxy/descriptor.hpp"

#include <unistd.h>

namespace firedrill::proxy {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    const Descriptor old{std::exchange(fd_, other.release())};
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace firedrill::proxy
