using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// Conventions for a route and for those that go with it, the hang-up say: whoever may open a call may end it. Two things are not theirs: the route's name,
/// which must be unique, and its rate limit, since ending a call, or saving one, must not wait.
/// </summary>
internal sealed class RouteConventions : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder[] _routes;

    /// <param name="route">The route that opens calls.</param>
    /// <param name="ofCalls">Those of a call, each with what is added to the route's name.</param>
    public RouteConventions(IEndpointConventionBuilder route, params (IEndpointConventionBuilder Route, string Name)[] ofCalls)
    {
        _routes = [route, .. ofCalls.Select(r => r.Route)];
        foreach ((IEndpointConventionBuilder ofCall, string suffix) in ofCalls)
            ofCall.Finally(endpoint => Adapt(endpoint, suffix));
    }

    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (IEndpointConventionBuilder route in _routes)
            route.Add(convention);
    }

    public void Finally(Action<EndpointBuilder> finallyConvention)
    {
        foreach (IEndpointConventionBuilder route in _routes)
            route.Finally(finallyConvention);
    }

    private static void Adapt(EndpointBuilder endpoint, string suffix)
    {
        for (int i = 0; i < endpoint.Metadata.Count; i++)
        {
            endpoint.Metadata[i] = endpoint.Metadata[i] switch
            {
                IEndpointNameMetadata named => new EndpointNameMetadata(named.EndpointName + suffix),
                IRouteNameMetadata { RouteName: { } name } => new RouteNameMetadata(name + suffix),
                object other => other,
            };
        }
        endpoint.Metadata.Add(new DisableRateLimitingAttribute());
    }
}
