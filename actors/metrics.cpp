#include "actors/metrics.hpp"

namespace cafq {

live_metrics& metrics() {
  static live_metrics result;
  return result;
}

} // namespace cafq
