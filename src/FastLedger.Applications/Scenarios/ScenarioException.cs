// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Applications.Scenarios;

/// <summary>A scenario cannot be understood, or did not go as it says.</summary>
public sealed class ScenarioException : Exception
{
    /// <param name="message">One sentence.</param>
    public ScenarioException(string message) : base(message)
    {
    }

    /// <param name="message">One sentence.</param>
    /// <param name="cause">What lies behind it.</param>
    public ScenarioException(string message, Exception cause) : base(message, cause)
    {
    }
}
