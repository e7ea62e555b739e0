using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// Conventions for a route and for the hang-up that goes with it: whoever may open a call may end it. Two things are not the hang-up's: the route's name,
/// which must be unique, and its rate limit, since ending a call must not wait.
/// </summary>
internal sealed class RouteConventions : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder _route;
    private readonly IEndpointConventionBuilder _hangUp;

    public RouteConventions(IEndpointConventionBuilder route, IEndpointConventionBuilder hangUp)
    {
        _route = route;
        _hangUp = hangUp;
        hangUp.Finally(static endpoint =>
        {
            for (int i = 0; i < endpoint.Metadata.Count; i++)
            {
                endpoint.Metadata[i] = endpoint.Metadata[i] switch
                {
                    IEndpointNameMetadata named => new EndpointNameMetadata(named.EndpointName + ".HangUp"),
                    IRouteNameMetadata { RouteName: { } name } => new RouteNameMetadata(name + ".HangUp"),
                    object other => other,
                };
            }
            endpoint.Metadata.Add(new DisableRateLimitingAttribute());
        });
    }

    public void Add(Action<EndpointBuilder> convention)
    {
        _route.Add(convention);
        _hangUp.Add(convention);
    }

    public void Finally(Action<EndpointBuilder> finallyConvention)
    {
        _route.Finally(finallyConvention);
        _hangUp.Finally(finallyConvention);
    }
}
