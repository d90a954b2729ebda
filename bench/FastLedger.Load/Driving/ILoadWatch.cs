// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Load.Driving;

/// <summary>Follows a measurement, for a display.</summary>
public interface ILoadWatch : IProgress<double>
{
    /// <summary>A step of this name began; the share reported is its share.</summary>
    void Began(string name);
}
