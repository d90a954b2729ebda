// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using HdrHistogram;

namespace FastLedger.Load.Measuring;

/// <summary>Latencies in nanoseconds up to one hour, three significant digits, in a preallocated HdrHistogram.</summary>
/// <remarks>Thread: one writer. Alloc: none after construction.</remarks>
public sealed class LatencyRecorder
{
    private const long HighestNs = 3_600_000_000_000;

    private readonly LongHistogram _histogram = new(1, HighestNs, 3);

    /// <summary>Values recorded.</summary>
    public long Count => _histogram.TotalCount;

    /// <summary>Records one latency for each of <paramref name="count"/> operations that shared it. Values out of range are recorded
    /// as the nearest in range, so that nothing is ever left out.</summary>
    public void Record(long latencyNs, long count = 1) => _histogram.RecordValueWithCount(Math.Clamp(latencyNs, 1, HighestNs), count);

    /// <summary>Adds everything that another recorder holds.</summary>
    public void Add(LatencyRecorder other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _histogram.Add(other._histogram);
    }

    /// <summary>The percentiles in microseconds; all zero when nothing was recorded.</summary>
    public LatencyPercentiles Percentiles() => Count == 0
        ? default
        : new LatencyPercentiles(At(50), At(90), At(99), At(99.9), At(99.99), _histogram.GetMaxValue() / 1_000.0);

    /// <summary>Writes the full distribution in the .hgrm form that HdrHistogram's plotter reads, in microseconds.</summary>
    public void WriteDistribution(TextWriter writer) => _histogram.OutputPercentileDistribution(writer, 5, 1_000.0);

    private double At(double percentile) => _histogram.GetValueAtPercentile(percentile) / 1_000.0;
}
