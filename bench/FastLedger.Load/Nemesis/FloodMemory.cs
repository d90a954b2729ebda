// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Globalization;

namespace FastLedger.Load.Nemesis;

/// <summary>
/// Judges what a flood does to the replicas' memory by two bounds: what is there at the flood's end may not be much more than in the middle of it, and
/// not much more than at the end of the control, which has the same load without a flood.
/// </summary>
/// <param name="growthBytes">Bytes that the last third of the flood may be above the middle one.</param>
/// <param name="costBytes">Bytes that the last third of the flood may be above that of the control.</param>
public sealed class FloodMemory(long growthBytes, long costBytes)
{
    private readonly List<long[]> _control = [], _flood = [];

    /// <summary>Mean of the control's last third, for each replica.</summary>
    public IReadOnlyList<long> Control => MeanOfThird(_control, 2);

    /// <summary>Mean of the flood's middle third, for each replica.</summary>
    public IReadOnlyList<long> Middle => MeanOfThird(_flood, 1);

    /// <summary>Mean of the flood's last third, for each replica.</summary>
    public IReadOnlyList<long> Last => MeanOfThird(_flood, 2);

    /// <summary>Takes resident bytes of each replica under load alone.</summary>
    public void AddControl(long[] bytes) => _control.Add(bytes);

    /// <summary>Takes resident bytes of each replica under load and flood.</summary>
    public void AddFlood(long[] bytes) => _flood.Add(bytes);

    /// <summary>What is beyond the bounds, a sentence each.</summary>
    public IReadOnlyList<string> Violations()
    {
        IReadOnlyList<long> control = Control, middle = Middle, last = Last;
        if (_control.Count < 3 || _flood.Count < 3) return ["memory was not sampled often enough to judge it"];
        var violations = new List<string>();
        for (int i = 0; i < last.Count; i++)
        {
            if (last[i] > middle[i] + growthBytes) violations.Add(string.Create(CultureInfo.InvariantCulture, $"replica {i} took {(last[i] - middle[i]) >> 20} MiB more in the last third of the flood than in the one before"));
            if (last[i] > control[i] + costBytes) violations.Add(string.Create(CultureInfo.InvariantCulture, $"replica {i} took {(last[i] - control[i]) >> 20} MiB more in the last third of the flood than under the same load before it"));
        }

        return violations;
    }

    private static long[] MeanOfThird(List<long[]> samples, int third)
    {
        int from = samples.Count * third / 3, end = samples.Count * (third + 1) / 3;
        if (from == end) return [];
        long[] mean = new long[samples[from].Length];
        for (int i = from; i < end; i++)
            for (int replica = 0; replica < mean.Length; replica++) mean[replica] += samples[i][replica];
        for (int replica = 0; replica < mean.Length; replica++) mean[replica] /= end - from;
        return mean;
    }
}
