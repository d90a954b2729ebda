// SPDX-License-Identifier: Apache-2.0
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Running;

/// <summary>Is told how a run goes.</summary>
public interface IRunWatch
{
    /// <summary>A scenario begins.</summary>
    void Began(Area area, Scenario scenario);

    /// <summary>A step was played.</summary>
    void Played(StepReport report);
}
