#pragma once

#include "net/http/api.hpp"

namespace cafq::http {

/// Says what a request to a nsqlookupd is about. Nobody looks at bodies.
[[nodiscard]] effect to_lookup_effect(const route& to, const request& x);

} // namespace cafq::http
