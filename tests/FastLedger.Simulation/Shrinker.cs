// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Simulation;

/// <summary>Makes a failing plan smaller: takes away one fault, one kind of noise, one trait after the other while it still fails.</summary>
public static class Shrinker
{
    private const int MaxRuns = 2000;

    /// <summary>Shrinks <paramref name="plan"/> in place.</summary>
    public static void Shrink(Cluster cluster, ScenarioPlan plan, Action<string> log)
    {
        Violation? original = Simulator.RunPlan(cluster, plan);
        if (original is null) return;
        int runs = 0;
        bool smaller = true;
        while (smaller && runs < MaxRuns)
        {
            smaller = false;
            for (int i = plan.Faults.Count - 1; i >= 0; i--)
            {
                ScheduledFault fault = plan.Faults[i];
                plan.Faults.RemoveAt(i);
                if (Fails()) smaller = true;
                else plan.Faults.Insert(i, fault);
            }

            for (int bit = 0; bit < 20; bit++)
            {
                var trait = (AdversaryTraits)(1 << bit);
                if ((plan.Traits & trait) == 0) continue;
                plan.Traits &= ~trait;
                if (Fails()) smaller = true;
                else plan.Traits |= trait;
            }

            smaller |= TryZero(plan.LossPerMille, value => plan.LossPerMille = value);
            smaller |= TryZero(plan.DuplicatePerMille, value => plan.DuplicatePerMille = value);
            smaller |= TryZero(plan.SlowPerMille, value => plan.SlowPerMille = value);
            smaller |= TryZero(plan.Batches, value => plan.Batches = value);
            for (int kind = 0; kind < plan.KindLossPerMille.Length; kind++)
            {
                int at = kind;
                smaller |= TryZero(plan.KindLossPerMille[at], value => plan.KindLossPerMille[at] = value);
            }

            for (int view = 0; view < plan.Sides.Count; view++)
            {
                byte[] sides = plan.Sides[view];
                if (Array.TrueForAll(sides, side => side == 0)) continue;
                plan.Sides[view] = new byte[sides.Length];
                if (Fails()) smaller = true;
                else plan.Sides[view] = sides;
            }
        }

        log($"shrunk in {runs} runs to {plan.Faults.Count} faults, traits {plan.Traits}, loss {plan.LossPerMille}, Byzantine nodes {plan.Byzantine:x}");

        bool Fails()
        {
            runs++;
            return runs < MaxRuns && Simulator.RunPlan(cluster, plan)?.Oracle == original.Oracle;
        }

        bool TryZero(int value, Action<int> set)
        {
            if (value == 0) return false;
            set(0);
            if (Fails()) return true;
            set(value);
            return false;
        }
    }
}
