// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Globalization;

namespace FastLedger.Load.Nemesis;

/// <summary>
/// Judges what a flood does to the replicas' memory by two bounds: what is there at the flood's end may not be much more than in the middle of it, and
/// not much more than at the end of the control, which has the same load without a flood. What the sessions of newcomers take is state, and not counted.
/// </summary>
/// <param name="growthBytes">Bytes that the last third of the flood may be above the middle one.</param>
/// <param name="costBytes">Bytes that the last third of the flood may be above that of the control.</param>
/// <param name="sessionBytes">Bytes that a new session takes and keeps on each replica.</param>
public sealed class FloodMemory(long growthBytes, long costBytes, long sessionBytes)
{
    private readonly List<long[]> _control = [], _flood = [], _controlState = [], _floodState = [];

    /// <summary>Mean of the control's last third, for each replica.</summary>
    public IReadOnlyList<long> Control => MeanOfThird(_control, 2);

    /// <summary>Mean of the flood's middle third, for each replica.</summary>
    public IReadOnlyList<long> Middle => MeanOfThird(_flood, 1);

    /// <summary>Mean of the flood's last third, for each replica.</summary>
    public IReadOnlyList<long> Last => MeanOfThird(_flood, 2);

    /// <summary>Takes resident bytes of each replica under load alone.</summary>
    /// <param name="bytes">One for each replica.</param>
    /// <param name="sessions">Sessions of newcomers by then.</param>
    public void AddControl(long[] bytes, int sessions)
    {
        _control.Add(bytes);
        _controlState.Add([sessions * sessionBytes]);
    }

    /// <summary>Takes resident bytes of each replica under load and flood.</summary>
    /// <param name="bytes">One for each replica.</param>
    /// <param name="sessions">Sessions of newcomers by then, those of the control included.</param>
    public void AddFlood(long[] bytes, int sessions)
    {
        _flood.Add(bytes);
        _floodState.Add([sessions * sessionBytes]);
    }

    /// <summary>What is beyond the bounds, a sentence each.</summary>
    public IReadOnlyList<string> Violations()
    {
        if (_control.Count < 3 || _flood.Count < 3) return ["memory was not sampled often enough to judge it"];
        IReadOnlyList<long> control = Control, middle = Middle, last = Last;
        long state = MeanOfThird(_floodState, 2)[0], sinceMiddle = state - MeanOfThird(_floodState, 1)[0], sinceControl = state - MeanOfThird(_controlState, 2)[0];
        var violations = new List<string>();
        for (int i = 0; i < last.Count; i++)
        {
            long growth = last[i] - middle[i] - sinceMiddle, cost = last[i] - control[i] - sinceControl;
            if (growth > growthBytes) violations.Add(string.Create(CultureInfo.InvariantCulture, $"replica {i} took {growth >> 20} MiB more in the last third of the flood than in the one before, sessions not counted"));
            if (cost > costBytes) violations.Add(string.Create(CultureInfo.InvariantCulture, $"replica {i} took {cost >> 20} MiB more in the last third of the flood than under the same load before it, sessions not counted"));
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
