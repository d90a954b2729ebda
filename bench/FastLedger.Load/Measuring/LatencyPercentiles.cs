// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.Measuring;

/// <summary>Percentiles of a latency distribution, in microseconds.</summary>
public readonly record struct LatencyPercentiles(double P50Us, double P90Us, double P99Us, double P999Us, double P9999Us, double MaxUs);
